SELECT [p].[userpreference_id], [p].[prefvalue] FROM [CRM7].[UserPreference] AS [p] WHERE LOWER([p].[prefsection]) = ? ORDER BY [p].[userpreference_id]
