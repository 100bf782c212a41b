SELECT [associate_id], [name], [person_id], [group_idx] FROM [CRM7].[associate] AS [associate] WHERE [type] = 0 AND COALESCE([deleted], 0) = 0
