// Tells the server in a cookie in which time zone to write. The server says what the cookie is like.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (timeZone) document.cookie = document.documentElement.dataset.zoneCookie.replace("{zone}", timeZone);
