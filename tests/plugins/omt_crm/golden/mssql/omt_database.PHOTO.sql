SELECT [binaryData], [mimeType] FROM [CRM7].[BinaryObject] AS [binaryobject] WHERE [BinaryObject_id] = ?
