SELECT [s].[satellite_id], [s].[DSN] FROM [CRM7].[satellite] AS [s] ORDER BY [s].[satellite_id]
