# Signing in and out, the second step, passkeys, and choosing a password. Names of people and applications are $login, $client
# and so on. $count is a whole number.

# Where other ways to do the same are, for screen readers.
other-ways = Andere Möglichkeiten

# The sign-in form.
sign-in-identifier = E-Mail-Adresse oder Benutzername
sign-in-password = Passwort
sign-in-with-passkey = Mit einem Passkey anmelden
sign-in-forgot = Passwort vergessen?
sign-in-register = Konto erstellen
sign-in-incomplete = Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen und Ihr Passwort ein.
sign-in-wrong = E-Mail-Adresse, Benutzername oder Passwort ist nicht richtig.
sign-in-wrong-passkey = Dieser Passkey hat hier nicht funktioniert. Versuchen Sie es noch einmal oder melden Sie sich mit Ihrem Passwort an.
# $count is how many minutes it is until then.
sign-in-throttled = { $count ->
    [one] Es gab zu viele Versuche. Versuchen Sie es in { $count } Minute noch einmal oder in einem Browser, in dem Sie sich schon einmal angemeldet haben.
   *[other] Es gab zu viele Versuche. Versuchen Sie es in { $count } Minuten noch einmal oder in einem Browser, in dem Sie sich schon einmal angemeldet haben.
}
challenges-throttled = { $count ->
    [one] Es gab zu viele Versuche. Versuchen Sie es in { $count } Minute noch einmal.
   *[other] Es gab zu viele Versuche. Versuchen Sie es in { $count } Minuten noch einmal.
}
sign-in-other-account = Diese Anwendung verlangt das Konto, das Sie zuvor mit ihr verwendet haben. Hier ist ein anderes Konto angemeldet.

# The same form for someone who is signed in, and is to prove once more who they are. $client is an application.
reauthenticate-title = Bestätigen Sie, dass Sie es sind
reauthenticate-lead = Geben Sie Ihr Passwort noch einmal ein, um fortzufahren.
reauthenticate-lead-client = Geben Sie Ihr Passwort noch einmal ein. Danach geht es weiter zu { $client }
confirm = Bestätigen
use-a-passkey = Passkey verwenden

# The second step of a sign-in.
verify-title = Zweiter Schritt
verify-recovery-code = Wiederherstellungscode eingeben
verify-recovery-code-lead = Verwenden Sie einen der Codes, die Sie beim Einrichten des zweiten Schritts gespeichert haben. Jeder funktioniert nur einmal.
verify-recovery-code-label = Wiederherstellungscode
verify-recovery-code-wrong = Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon verwendet.
verify-passkey = Verwenden Sie Ihren Passkey
verify-passkey-lead = Bestätigen Sie mit dem Gerät, auf dem Ihr Passkey ist.
verify-passkey-wrong = Dieser Passkey hat nicht funktioniert. Versuchen Sie es noch einmal oder wählen Sie eine andere Möglichkeit.
verify-passkey-needs-script = Für Passkeys ist JavaScript erforderlich.
verify-passkey-needs-script-or-code = Für Passkeys ist JavaScript erforderlich. Verwenden Sie ohne JavaScript einen Wiederherstellungscode.
verify-totp = Geben Sie Ihren Code ein
verify-totp-lead = Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie anzeigt.
verify-totp-wrong = Dieser Code ist nicht richtig oder wurde schon verwendet. Warten Sie auf den nächsten und versuchen Sie es noch einmal.
verify-use-totp = Code aus der Authenticator-App verwenden
verify-use-recovery-code = Stattdessen einen Wiederherstellungscode verwenden
# Of an authenticator app.
six-digit-code = Sechsstelliger Code
# $count is how many minutes it is until then.
codes-throttled = { $count ->
    [one] Es gab zu viele falsche Codes. Versuchen Sie es in { $count } Minute noch einmal.
   *[other] Es gab zu viele falsche Codes. Versuchen Sie es in { $count } Minuten noch einmal.
}

# Setting up an authenticator app; the first lead is for those who choose to, the second for those who have to.
enrol-title = Authenticator-App einrichten
enrol-lead = Eine Authenticator-App auf Ihrem Smartphone zeigt jede halbe Minute einen neuen Code an. Wer Ihr Passwort erfährt, kann sich ohne diesen Code trotzdem nicht anmelden.
enrol-lead-demanded = Für die Anmeldung ist ein zweiter Schritt erforderlich. Eine Authenticator-App auf Ihrem Smartphone zeigt jede halbe Minute einen neuen Code an. Wer Ihr Passwort erfährt, kann sich ohne diesen Code trotzdem nicht anmelden.
enrol-scan = 1. Scannen Sie dies mit Ihrer App
enrol-qr = QR-Code mit dem Schlüssel unten
# A link, and what comes below it.
enrol-open = Auf diesem Gerät öffnen
enrol-type = Oder geben Sie diesen Schlüssel ein:
enrol-confirm = 2. Geben Sie den Code ein, den die App anzeigt
enrol-turn-on = Aktivieren
enrol-not-now = Nicht jetzt
enrol-wrong = Dieser Code ist nicht richtig. Prüfen Sie, ob die Uhrzeit auf Ihrem Gerät stimmt, und geben Sie den Code ein, den es jetzt anzeigt.

# Once an authenticator app is set up.
authenticator-title = Authenticator-App
authenticator-on = Ihre Authenticator-App ist aktiviert
authenticator-lead = Bei der Anmeldung werden Sie nach einem Code aus Ihrer Authenticator-App gefragt.
# What else there is, for screen readers.
authenticator-more = Mehr
authenticator-recovery-codes = Wiederherstellungscodes, falls Sie Ihr Smartphone verlieren
authenticator-turn-off = Deaktivieren

# Recovery codes. $count is how many are left; few are left in the first message.
recovery-codes-title = Wiederherstellungscodes
recovery-codes-lead = Damit können Sie sich anmelden, wenn Sie Ihr Smartphone nicht haben. Jeder Code funktioniert nur einmal.
recovery-codes-few = { $count ->
    [0] Sie haben keine Wiederherstellungscodes mehr. Erstellen Sie neue, solange Sie sich anmelden können.
    [one] Sie haben nur noch einen Wiederherstellungscode. Erstellen Sie neue, solange Sie sich anmelden können.
   *[other] Sie haben nur noch { $count } Wiederherstellungscodes. Erstellen Sie neue, solange Sie sich anmelden können.
}
recovery-codes-left = { $count ->
    [one] Sie haben noch { $count } Code. Er kann nicht noch einmal angezeigt werden, aber Sie können neue Codes erstellen.
   *[other] Sie haben noch { $count } Codes. Diese können nicht noch einmal angezeigt werden, aber Sie können neue Codes erstellen.
}
recovery-codes-renew = Neue Codes erstellen
recovery-codes-renew-hint = Ihre jetzigen Codes funktionieren dann nicht mehr.
recovery-codes-save = Speichern Sie Ihre Wiederherstellungscodes
recovery-codes-save-lead = Wenn Sie Ihr Smartphone verlieren, kommen Sie mit diesen Codes in Ihr Konto. Jeder funktioniert nur einmal. Die Codes werden nicht noch einmal angezeigt: Bewahren Sie sie dort auf, wo Sie Ihren Reisepass aufbewahren, nicht auf Ihrem Smartphone.
recovery-codes-download = Als Datei herunterladen
recovery-codes-saved = Ich habe sie gespeichert
# The head of that file, two lines. $login is the person's e-mail address, $issuer the address of Signet.
recovery-codes-file = Wiederherstellungscodes für { $login } bei { $issuer }
recovery-codes-file-hint = Jeder funktioniert nur einmal, wenn Sie Ihren zweiten Faktor nicht haben.

# Signing out.
sign-out-heading = Abmelden?
sign-out-lead = Damit endet Ihre Sitzung in diesem Browser.
sign-out-stay = Angemeldet bleiben
signed-out-title = Abgemeldet
signed-out-heading = Sie sind abgemeldet
signed-out-lead = Ihre Sitzung in diesem Browser ist beendet. Sie können diese Seite schließen.
signed-out-again = Wieder anmelden

# Passkeys.
passkeys-title = Passkeys
passkeys-lead = Mit einem Passkey melden Sie sich mit Ihrem Fingerabdruck, Ihrem Gesicht, der PIN Ihres Geräts oder einem Sicherheitsschlüssel an. Sie müssen sich nichts merken, und niemand kann Sie dazu verleiten, ihn anderswo einzugeben.
passkeys-yours = Ihre Passkeys
passkeys-none = Sie haben noch keine.
# $day is a date.
passkeys-added = Hinzugefügt am { $day }.
passkeys-used = Zuletzt verwendet am { $day }.
passkeys-unused = Noch nicht verwendet.
passkeys-backed-up = Auch in Ihrem Passwortmanager oder bei Ihrem Anbieter gespeichert.
passkeys-change = Umbenennen oder entfernen
passkeys-name = Name
passkeys-rename = Umbenennen
passkeys-remove = Diesen Passkey entfernen
passkeys-add = Passkey hinzufügen
passkeys-full = Sie haben { $count } Passkeys, mehr sind nicht möglich. Um einen weiteren hinzuzufügen, entfernen Sie zuerst einen.
passkeys-needs-script = Um einen Passkey hinzuzufügen, ist JavaScript erforderlich. Aktivieren Sie es für diese Seite und laden Sie die Seite neu.
passkeys-new-name = Wie möchten Sie ihn nennen?
# What a passkey is called whose person does not call it anything else.
passkeys-usual-name = Passkey
# What was wrong with a passkey that was to be added, renamed or removed. $count is how many characters a name may have.
passkeys-wrong-name = Geben Sie ihm einen Namen mit höchstens { $count } Zeichen.
passkeys-wrong = Dieser Passkey wurde nicht hinzugefügt. Vielleicht hat es zu lange gedauert: Bitte versuchen Sie es noch einmal.
passkeys-taken = Dieser Passkey ist bereits vorhanden.
passkeys-too-many = Mehr Passkeys sind nicht möglich. Entfernen Sie zuerst einen.
passkeys-last-way-in = Sie haben kein Passwort, deshalb können Sie sich nur mit diesem Passkey anmelden. Fügen Sie zuerst einen weiteren hinzu.
# What the browser says of a passkey that was to be made or used.
passkey-yours-already = Dieser Passkey gehört bereits zu Ihren Passkeys.
passkey-unused = Es wurde kein Passkey verwendet. Sie können es noch einmal versuchen.
passkey-not-here = Dieser Browser lässt unter dieser Adresse keine Passkeys zu.
passkey-stale = Diese Seite ist nicht mehr aktuell. Laden Sie sie neu.
passkey-failed = Das hat nicht funktioniert. Bitte versuchen Sie es noch einmal.

# Choosing a password: one that was another's choice is replaced, the present one is changed, or the first one is set.
password-choose = Wählen Sie ein Passwort
password-change = Ändern Sie Ihr Passwort
password-set = Legen Sie ein Passwort fest
password-choose-lead = Ihr Passwort wurde von jemand anderem gewählt. Ersetzen Sie es durch eines, das nur Sie kennen.
password-change-lead = Wenn Sie es ändern, werden Sie überall sonst abgemeldet.
password-present = Ihr jetziges Passwort
password-new = Neues Passwort
# $count is how many characters it has at the least.
password-hint = Mindestens { $count } Zeichen beliebiger Art. Einige Wörter, die nichts miteinander zu tun haben, sind leicht zu merken und schwer zu erraten.
password-repeat = Neues Passwort wiederholen
password-do-change = Passwort ändern
password-do-set = Passwort festlegen
password-missing = Geben Sie ein neues Passwort ein.
password-not-repeated = Die beiden Eingaben stimmen nicht überein. Geben Sie das neue Passwort zweimal ein.
password-present-wrong = Das ist nicht Ihr jetziges Passwort.
password-unchecked = Ihr Passwort kann im Moment nicht geprüft werden.
# $count is how many minutes it is until then.
password-throttled = { $count ->
    [one] Es gab zu viele falsche Passwörter. Versuchen Sie es in { $count } Minute noch einmal.
   *[other] Es gab zu viele falsche Passwörter. Versuchen Sie es in { $count } Minuten noch einmal.
}

# How strong a password is, as it is typed.
strength-label = Wie schwer das zu erraten ist
strength-enough = Das genügt, ist aber nicht schwer zu erraten.
strength-hard = Schwer zu erraten.
strength-very-hard = Sehr schwer zu erraten.

# Why something will not do as a password. $count is a number of characters.
password-short = Das ist zu kurz: Ein Passwort hat mindestens { $count } Zeichen.
password-long = Das ist zu lang: Ein Passwort hat höchstens { $count } Zeichen.
password-breached = Dieses Passwort ist aus Datenlecks bei anderen Diensten bekannt und wird beim Erraten zuerst ausprobiert. Wählen Sie ein anderes.
password-used = Dieses Passwort verwenden Sie bereits oder haben es früher verwendet. Wählen Sie ein anderes.
password-guessable = Dieses Passwort ist zu leicht zu erraten. Einige Wörter, die nichts miteinander zu tun haben, ergeben ein gutes Passwort.
# $why is one of the sentences below.
password-guessable-because = Dieses Passwort ist zu leicht zu erraten. { $why } Einige Wörter, die nichts miteinander zu tun haben, ergeben ein gutes Passwort.
guessable-straight-rows = Gerade Reihen von Tasten sind leicht zu erraten.
guessable-keyboard-patterns = Kurze Tastaturmuster sind leicht zu erraten.
guessable-repeated-characters = Wiederholungen wie „aaa“ sind leicht zu erraten.
guessable-repeated-groups = Wiederholungen wie „abcabcabc“ sind nur wenig schwerer zu erraten als „abc“.
guessable-top-10 = Das ist eines der 10 häufigsten Passwörter.
guessable-top-100 = Das ist eines der 100 häufigsten Passwörter.
guessable-common = Das ist ein sehr häufiges Passwort.
guessable-similar = Das ähnelt einem häufig verwendeten Passwort.
guessable-sequences = Folgen wie abc oder 6543 sind leicht zu erraten.
guessable-years = Jahreszahlen aus jüngerer Zeit sind leicht zu erraten.
guessable-word = Ein einzelnes Wort ist leicht zu erraten.
guessable-dates = Datumsangaben sind oft leicht zu erraten.
guessable-names = Vor- und Nachnamen für sich allein sind leicht zu erraten.
guessable-common-names = Häufige Vor- und Nachnamen sind leicht zu erraten.

# When too many e-mails were asked for. $count is how many minutes it is until one more may be.
mail-throttled = { $count ->
    [one] Es wurden bereits mehrere E-Mails angefordert. Versuchen Sie es in { $count } Minute noch einmal.
   *[other] Es wurden bereits mehrere E-Mails angefordert. Versuchen Sie es in { $count } Minuten noch einmal.
}

# An application asks to sign someone out; $client is its name.
logout-heading = Möchten Sie sich abmelden?
logout-lead-client = { $client } bittet darum, Sie hier abzumelden. Damit endet Ihre Sitzung in diesem Browser.
logout-lead = Eine Anwendung bittet darum, Sie hier abzumelden. Damit endet Ihre Sitzung in diesem Browser.
logout-refused = Diese Abmeldung funktioniert nicht
logout-refused-message = Die Anwendung, die Sie hierher geschickt hat, hat eine Anfrage gestellt, die nicht beantwortet werden kann. Falls Sie hier angemeldet waren, sind Sie es weiterhin.
logout-here = Hier abmelden

# While applications sign someone out as well.
signing-out-onward = Sie werden auch in den Anwendungen abgemeldet, die Sie verwendet haben. Danach kehren Sie zu { $client } zurück.
signing-out-lead = Ihre Sitzung in diesem Browser ist beendet, und Sie werden auch in den Anwendungen abgemeldet, die Sie darin verwendet haben. Sie können diese Seite schließen.
signing-out-frame = Abmeldung läuft
