# What is said on behalf of an application: $client is its name.

continue-to = to continue to { $client }
returning-to = Returning to { $client }…
returning-hint = If nothing happens, go on yourself.
completed-title = Already answered
completed-heading = This request was already answered
completed-lead = You can go on to { $client }, or close this page.

select-account = Choose an account
continue-as = Continue as

# Consent.
consent-title = Allow access for { $client }
consent-heading = { $client } asks for access to your account
consent-about = About this application
consent-identity = What it learns about you
consent-resource = What it may do in { $resource }
consent-no-scopes = It may act there as you, with nothing allowed in particular.
consent-offline = It keeps this access when you are not using it, without asking you again.
consent-next = Either way, you go on to { $host }. Allow only what you expected to be asked.
allow = Allow
deny = Deny

# Scopes, each by its name in the protocol.
scope-openid = Know who you are
scope-profile = See your profile: your name, user name and what else you put there
scope-email = See your e-mail address
scope-address = See your postal address
scope-phone = See your telephone number
scope-offline_access = Stay connected while you are away

# A request that cannot be answered.
request-broken = This link does not work
request-broken-message = The application that sent you here made a request that cannot be answered. Please go back to it and try again, or tell its makers.
request-gone = This sign-in is no longer open
request-gone-message = It took too long, or was begun in another browser. Please go back to the application and sign in again.
