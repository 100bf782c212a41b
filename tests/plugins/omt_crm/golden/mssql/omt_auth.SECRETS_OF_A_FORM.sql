SELECT COUNT_BIG(*) FROM [CRM7].[Credentials] AS [c] WHERE [c].[credentialType] = ? AND [c].[secret] LIKE ?
