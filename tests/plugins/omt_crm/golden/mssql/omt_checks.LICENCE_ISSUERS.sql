SELECT COUNT_BIG([l].[ModuleLicense_id]) FROM [CRM7].[ModuleLicense] AS [l]
