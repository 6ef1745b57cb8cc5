# What many pages say.

imprint = Sealed by Signet
error-prefix = Error:
opens-in-new-tab = (opens in a new tab)
continue = Continue
cancel = Cancel
back = Back
try-again = Try again
sign-in = Sign in
sign-out = Sign out
account = Your account
use-another-account = Use another account
to-first-page = To the first page

# The languages' page.
language = Language
language-lead = Pages and messages come in the language that you choose here.

# The first page.
home-title = Your session
welcome = Welcome
home-signed-in = You are signed in
home-signed-out = You are not signed in
home-lead = Applications send you here when they need to know who you are.
issuer = Issuer

# Points in time. $count is a whole number from 1 on.
just-now = just now
minutes-ago = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
hours-ago = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
days-ago = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
# $day is the day of the month, $month one of the names below, $year the year.
date = { $day } { $month } { $year }
date-and-time = { $date }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# When a page cannot be shown.
error-detail = Detail
error-status = Status
error-request = Request
problem-not-found = There is no such page
problem-not-found-message = Perhaps the address was cut off.
problem-method = This cannot be done here
problem-method-message = This address does not take requests of that method.
problem-wait = Just a moment
problem-busy = Too many people are signing in right now. Please try again shortly.
problem-database = Signet cannot reach its database right now. Please try again shortly.
problem-slow = This took too long. Please try again shortly.
problem-ours = Something went wrong
problem-ours-message = This is our fault. Please try again; if it stays, tell us the reference below.
gate-broken = You are not signed in yet
gate-broken-message = This page did not come from the sign-in that this browser began. Begin once more.
gate-declined = You were not let in
gate-declined-message = The sign-in was cancelled, or your account may not use this site.
problem-stale = This page was out of date
problem-stale-message = You may have signed in or out in another tab meanwhile. Nothing was changed.
problem-form = This form could not be read
problem-form-message = Please try again.
problem-unread = This could not be read
problem-unread-message = Please go back and try again.
