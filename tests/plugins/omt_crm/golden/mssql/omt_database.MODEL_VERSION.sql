SELECT [ModelVersion] FROM [CRM7].[DatabaseModel] AS [databasemodel] ORDER BY [databasemodel_id]
