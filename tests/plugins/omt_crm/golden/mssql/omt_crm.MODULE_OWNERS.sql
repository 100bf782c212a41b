SELECT [ModuleOwner_id], [ownerName] FROM [CRM7].[ModuleOwner] AS [moduleowner]
