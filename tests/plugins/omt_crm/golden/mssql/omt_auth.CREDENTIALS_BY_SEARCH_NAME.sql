SELECT [c].[associateId], [c].[secret], [c].[validFrom], [c].[validTo], [c].[isActive] FROM [CRM7].[Credentials] AS [c] WHERE [c].[credentialType] = ? AND [c].[searchName] = ?
