SELECT [ownerContactName], [serialNo], [version] FROM [CRM7].[company] AS [company] ORDER BY [company_id]
