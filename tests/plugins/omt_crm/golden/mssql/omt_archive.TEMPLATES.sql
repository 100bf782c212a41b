SELECT [t].[DocTmpl_id], [t].[filename], [t].[loadTemplateFromPlugin], [t].[autoevent_id], [t].[deleted] FROM [CRM7].[DocTmpl] AS [t] ORDER BY [t].[DocTmpl_id]
