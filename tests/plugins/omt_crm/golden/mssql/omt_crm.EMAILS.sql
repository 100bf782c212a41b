SELECT [e].[email_address] FROM [CRM7].[Email] AS [e] WHERE [e].[person_id] = ? AND COALESCE([e].[type], 0) = ? ORDER BY [e].[rank], [e].[email_id]
