SELECT [l].[attachment_location_id], [l].[path] FROM [CRM7].[attachment_location] AS [l] ORDER BY [l].[attachment_location_id]
