SELECT [l].[associate_id], [r].[Role_id], [r].[name] FROM [CRM7].[UserRoleLink] AS [l] JOIN [CRM7].[Role] AS [r] ON [r].[Role_id] = [l].[role_id] ORDER BY [l].[UserRoleLink_id]
