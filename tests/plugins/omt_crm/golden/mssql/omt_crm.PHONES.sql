SELECT [p].[phone] FROM [CRM7].[phone] AS [p] WHERE [p].[owner_id] = ? AND [p].[ptype_idx] IN (?, ?, ?) ORDER BY [p].[rank], [p].[phone_id]
