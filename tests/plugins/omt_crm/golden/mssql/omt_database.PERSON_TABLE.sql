SELECT [TableNumber] FROM [CRM7].[sequence] AS [sequence] WHERE LOWER([TableName]) = 'person'
