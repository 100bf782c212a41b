SELECT [o].[name] FROM [CRM7].[associate] AS [o] ORDER BY [o].[associate_id]
