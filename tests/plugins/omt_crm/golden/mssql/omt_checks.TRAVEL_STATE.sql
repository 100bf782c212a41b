SELECT [c].[travelcurrent_id], [c].[current_id] FROM [CRM7].[travelcurrent] AS [c] ORDER BY [c].[travelcurrent_id]
