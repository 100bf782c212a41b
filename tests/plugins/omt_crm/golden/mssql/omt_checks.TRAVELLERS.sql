SELECT [t].[traveller_id], [t].[travel_id], [a].[name] FROM [CRM7].[traveller] AS [t] LEFT JOIN [CRM7].[associate] AS [a] ON [a].[associate_id] = [t].[travel_id] ORDER BY [t].[traveller_id]
