SELECT [c].[secret] FROM [CRM7].[Credentials] AS [c] WHERE [c].[credentialType] = ?
