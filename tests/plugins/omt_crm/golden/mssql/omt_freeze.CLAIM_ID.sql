UPDATE [CRM7].[sequence] SET [next_id] = ? WHERE [id] = ? AND [next_id] = ?
