SELECT MAX([SystemEvent_id]) FROM [CRM7].[SystemEvent] AS [systemevent]
