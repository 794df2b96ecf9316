/** The one place that says where the service is: an origin, with a path if it has one; "" for this page's own. */
export const API_URL = "";
