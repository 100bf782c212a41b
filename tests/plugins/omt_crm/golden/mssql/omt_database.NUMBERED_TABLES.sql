SELECT [TableName] FROM [CRM7].[sequence] AS [sequence] ORDER BY [TableName]
