SELECT [p].[firstname], [p].[middleName], [p].[lastname] FROM [CRM7].[person] AS [p] WHERE [p].[person_id] = ?
