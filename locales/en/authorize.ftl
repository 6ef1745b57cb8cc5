# What is said on behalf of an application: $client is its name.

continue-to = to continue to { $client }
returning-to = Returning to { $client }…
returning-hint = If nothing happens, go on yourself.
completed-title = Already answered
completed-heading = This request was already answered
completed-lead = You can go on to { $client }, or close this page.

select-account = Choose an account
continue-as = Continue as

# Where a policy does not let an account in.
refusal-title = Not permitted
refusal-lead = This account may not sign in to { $client }.

# Consent.
consent-title = Allow access for { $client }
consent-heading = { $client } asks for access to your account
consent-about = About this application
consent-identity = What it learns about you
consent-resource = What it may do in { $resource }
consent-no-scopes = It may act there as you, with nothing allowed in particular.
consent-offline = It keeps this access when you are not using it, without asking you again.
consent-next = Either way, you go on to { $host }. Allow only what you expected to be asked.
consent-policy = What it does with your data
consent-terms = Its terms of service
consent-self-registered = This application registered itself. No one here has checked its name or what it says about itself.
allow = Allow
deny = Deny

# Scopes, each by its name in the protocol.
scope-openid = Know who you are
scope-profile = See your profile: your names, user name, picture, date of birth, and the like
scope-email = See your e-mail address
scope-address = See your postal address
scope-phone = See your telephone number
scope-offline_access = Stay connected while you are away

# Single claims, each by its name in the protocol.
claim-name = See your name
claim-given_name = See your given name
claim-family_name = See your family name
claim-middle_name = See your middle name
claim-nickname = See your nickname
claim-preferred_username = See your user name
claim-profile = See the address of your profile page
claim-picture = See your picture
claim-website = See the address of your website
claim-gender = See your gender
claim-birthdate = See your date of birth
claim-zoneinfo = See your time zone
claim-locale = See your language
claim-updated_at = See when your profile last changed
claim-email = See your e-mail address
claim-email_verified = See whether your e-mail address is confirmed
claim-address = See your postal address
claim-phone_number = See your telephone number
claim-phone_number_verified = See whether your telephone number is confirmed

# A request that cannot be answered.
request-broken = This link does not work
request-broken-message = The application that sent you here made a request that cannot be answered. Please go back to it and try again, or tell its makers.
request-gone = This sign-in is no longer open
request-gone-message = It took too long, or was begun in another browser. Please go back to the application and sign in again.
