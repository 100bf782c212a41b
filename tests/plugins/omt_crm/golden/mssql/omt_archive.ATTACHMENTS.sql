SELECT [a].[id], [a].[att_size], [a].[attachment_location_id] FROM [CRM7].[attachment] AS [a] ORDER BY [a].[id]
