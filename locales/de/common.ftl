# What many pages say.

imprint = Besiegelt von Signet
error-prefix = Fehler:
opens-in-new-tab = (wird in einem neuen Tab geöffnet)
continue = Weiter
cancel = Abbrechen
back = Zurück
try-again = Erneut versuchen
sign-in = Anmelden
sign-out = Abmelden
account = Ihr Konto
use-another-account = Anderes Konto verwenden
to-first-page = Zur Startseite

# The languages' page.
language = Sprache
language-lead = Seiten und Nachrichten erscheinen in der Sprache, die Sie hier auswählen.

# The first page.
home-title = Ihre Sitzung
welcome = Willkommen
home-signed-in = Sie sind angemeldet
home-signed-out = Sie sind nicht angemeldet
home-lead = Anwendungen schicken Sie hierher, wenn sie wissen müssen, wer Sie sind.
issuer = Aussteller

# Points in time. $count is a whole number from 1 on.
just-now = gerade eben
minutes-ago = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
hours-ago = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
days-ago = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
# $day is the day of the month, $month one of the names below, $year the year.
date = { $day }. { $month } { $year }
date-and-time = { $date }, { $time } Uhr UTC
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

# When a page cannot be shown.
error-detail = Einzelheiten
error-status = Status
error-request = Anfrage
problem-not-found = Diese Seite gibt es nicht
problem-not-found-message = Vielleicht wurde die Adresse abgeschnitten.
problem-method = Das ist hier nicht möglich
problem-method-message = Diese Adresse nimmt Anfragen mit dieser Methode nicht an.
problem-wait = Einen Moment bitte
problem-busy = Im Moment melden sich zu viele Personen an. Bitte versuchen Sie es gleich noch einmal.
problem-database = Signet kann seine Datenbank im Moment nicht erreichen. Bitte versuchen Sie es gleich noch einmal.
problem-slow = Das hat zu lange gedauert. Bitte versuchen Sie es gleich noch einmal.
problem-ours = Etwas ist schiefgelaufen
problem-ours-message = Der Fehler liegt bei uns. Bitte versuchen Sie es noch einmal; wenn er bestehen bleibt, nennen Sie uns die Kennung der Anfrage unten.
gate-broken = Sie sind noch nicht angemeldet
gate-broken-message = Diese Seite gehört zu keiner Anmeldung, die dieser Browser begonnen hat. Bitte beginnen Sie noch einmal.
gate-declined = Sie wurden nicht eingelassen
gate-declined-message = Die Anmeldung wurde abgebrochen, oder Ihr Konto darf diese Website nicht nutzen.
problem-stale = Diese Seite war nicht mehr aktuell
problem-stale-message = Möglicherweise haben Sie sich inzwischen in einem anderen Tab an- oder abgemeldet. Es wurde nichts geändert.
problem-form = Dieses Formular konnte nicht gelesen werden
problem-form-message = Bitte versuchen Sie es noch einmal.
problem-unread = Das konnte nicht gelesen werden
problem-unread-message = Bitte gehen Sie zurück und versuchen Sie es noch einmal.
