SELECT [id], [next_id], [TableName] FROM [CRM7].[sequence] AS [sequence]
