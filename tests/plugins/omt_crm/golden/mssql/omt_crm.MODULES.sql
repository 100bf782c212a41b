SELECT [ModuleLicense_id], [moduleName], [licenseType], [extraFlags], [ModuleOwner_id] FROM [CRM7].[ModuleLicense] AS [modulelicense]
