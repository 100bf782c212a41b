"""The Online Migration Tool: moves an on-site CRM to CRM Online. Plugins build on `omt_core.api`."""
