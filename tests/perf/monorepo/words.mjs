// What components are about.

export const NOUNS = [
  "Account", "Address", "Booking", "Budget", "Campaign", "Carrier", "Contract", "Customer", "Delivery", "Device", "Employee", "Expense",
  "Forecast", "Invoice", "Ledger", "License", "Location", "Machine", "Meeting", "Order", "Partner", "Payment", "Permit", "Project",
  "Purchase", "Quote", "Receipt", "Region", "Report", "Route", "Schedule", "Shipment", "Supplier", "Survey", "Ticket", "Vehicle",
];
export const KINDS = ["Board", "Card", "Details", "Editor", "Filter", "Header", "List", "Panel", "Picker", "Row", "Summary", "Table"];
export const FIELDS = [
  "amount", "balance", "capacity", "discount", "distance", "duration", "height", "interest", "limit", "margin", "minutes", "priority",
  "quantity", "rate", "rating", "stock", "target", "total", "volume", "weight",
];
export const CLASSES = ["grid gap-4", "flex items-center gap-2", "rounded border p-4", "text-sm text-gray-600", "mt-2 font-medium", "space-y-3"];
