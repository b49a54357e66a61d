//! The REST wire format of Azure Resource Manager.
