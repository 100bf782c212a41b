SELECT [ModuleLicense_id], [moduleName], [licenseType], [extraFlags] FROM [CRM7].[ModuleLicense] AS [modulelicense]
