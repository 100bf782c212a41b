SELECT [c].[text_path], [c].[template_path], [c].[attachment_path] FROM [CRM7].[config] AS [c] ORDER BY [c].[id]
