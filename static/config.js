/** The address of the service: an origin, with a path if it has one; "" for the page's own origin. */
export const API_URL = "";
