DELETE FROM [CRM7].[SystemEvent] WHERE [SystemEvent_id] = ? AND [eventkey] = ? AND [eventmess] = ? AND [scope] = ? AND [owner] = ?
