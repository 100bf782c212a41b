SELECT [a].[associate_id], [a].[name], [a].[person_id], [a].[deleted], [a].[type] FROM [CRM7].[associate] AS [a]
