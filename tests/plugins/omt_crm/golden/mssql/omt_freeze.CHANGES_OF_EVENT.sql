SELECT [updatedCount] FROM [CRM7].[SystemEvent] AS [systemevent] WHERE [SystemEvent_id] = ?
