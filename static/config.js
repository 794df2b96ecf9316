/** The address of the service: an origin, with a path if it has one; "" for the folder of the pages. */
export const API_URL = "";
