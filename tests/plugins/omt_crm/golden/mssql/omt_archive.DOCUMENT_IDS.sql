SELECT [d].[document_id] FROM [CRM7].[document] AS [d] ORDER BY [d].[document_id]
