SELECT [PersPos_id], [name] FROM [CRM7].[PersPos] AS [perspos]
