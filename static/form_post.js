// Sends the authorization response on at once (OAuth 2.0 Form Post Response Mode §2); the page's button does it without
// script. Not form.submit(): a field of that name would hide it.
HTMLFormElement.prototype.submit.call(document.getElementById("form-post"));
