SELECT [SystemEvent_id], [eventmess] FROM [CRM7].[SystemEvent] AS [systemevent] WHERE [eventkey] = ? AND [scope] = ? AND [owner] = ?
