SELECT [s].[TableName], [s].[next_id] FROM [CRM7].[sequence] AS [s]
