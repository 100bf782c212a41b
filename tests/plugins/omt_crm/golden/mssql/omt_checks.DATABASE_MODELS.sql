SELECT COUNT_BIG([m].[databasemodel_id]) FROM [CRM7].[DatabaseModel] AS [m]
