SELECT [UserGroup_id], [name] FROM [CRM7].[UserGroup] AS [usergroup]
