SELECT [f].[id], [f].[address] FROM [CRM7].[mail_in_filter] AS [f] ORDER BY [f].[id]
