SELECT [SystemEvent_id], [eventkey], [eventmess] FROM [CRM7].[SystemEvent] AS [systemevent] WHERE [scope] = ? AND [owner] = ?
