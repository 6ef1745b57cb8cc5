# Pages that lead to a link in an e-mail, and those that such links lead to. “Message” is an e-mail here.

to-sign-in = Zur Anmeldung
back-to-sign-in = Zurück zur Anmeldung

# A forgotten password.
forgot-title = Passwort vergessen?
forgot-lead = Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein. Sie erhalten eine E-Mail mit einem Link, über den Sie ein neues Passwort festlegen.
forgot-identifier = E-Mail-Adresse oder Benutzername
forgot-send = Link senden
forgot-missing = Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein.

# Making an account begins with an e-mail address.
register-title = Konto erstellen
register-lead = Geben Sie Ihre E-Mail-Adresse ein. Sie erhalten eine E-Mail mit einem Link, über den es weitergeht.
# $domains are the only domains that addresses may be of, with commas between them.
register-lead-domains = Geben Sie Ihre E-Mail-Adresse ein. Sie erhalten eine E-Mail mit einem Link, über den es weitergeht. Es muss eine Adresse von { $domains } sein.
register-email = E-Mail-Adresse
# $count is how many domains there are.
register-wrong-domain = { $count ->
    [one] Verwenden Sie eine Adresse von { $domains }.
   *[other] Verwenden Sie eine Adresse von einer dieser Domains: { $domains }.
}
register-wrong-address = Geben Sie eine E-Mail-Adresse wie name@example.com ein.
register-closed = Hier können keine Konten erstellt werden
register-closed-message = Bitten Sie den Betreiber dieses Dienstes um ein Konto oder eine Einladung.

# It goes on by the link: $email is the address that was proven, below the title.
new-account-for = für { $email }
new-account-name = Ihr Name
new-account-password = Passwort
new-account-create = Konto erstellen
new-account-name-missing = Geben Sie Ihren Namen ein oder wie Sie genannt werden möchten.
# $count is how many characters it may have.
new-account-name-wrong = Geben Sie einen Namen mit höchstens { $count } Zeichen ein.
new-account-there = Sie haben bereits ein Konto
new-account-there-message = Inzwischen wurde ein Konto mit Ihrer Adresse erstellt. Melden Sie sich damit an.

# A new password instead of a forgotten one. The lead is below the title: $email is the address of the account.
reset-title = Neues Passwort festlegen
reset-lead = für { $email }. Sie werden dann überall sonst abgemeldet.
reset-password = Neues Passwort
reset-set = Passwort festlegen

# Below the field of a password, here and where an account is made. $count is how many characters it has at the least.
choose-password-hint = Mindestens { $count } Zeichen. Einige Wörter hintereinander sind leicht zu merken.

# What happened, and what comes next.
sent-title = Sehen Sie in Ihrem Postfach nach
sent-forgot = Wenn es zu Ihrer Eingabe ein Konto gibt, ist eine E-Mail mit einem Link unterwegs. Der Link funktioniert nur einmal, innerhalb einer Stunde. Wenn nichts ankommt, sehen Sie im Spam-Ordner nach.
sent-register = Eine E-Mail ist an die eingegebene Adresse unterwegs. Öffnen Sie den Link darin, um fortzufahren. Wenn nichts ankommt, sehen Sie im Spam-Ordner nach.
sent-change = E-Mails sind unterwegs: an die Adresse, die Sie eingegeben haben, und an Ihre jetzige, falls Sie diese früher bestätigt haben. Ihre Adresse ändert sich, sobald die Links in allen E-Mails verwendet wurden.
sent-verify = Eine E-Mail ist an Ihre Adresse unterwegs. Öffnen Sie den Link darin, um die Adresse zu bestätigen.
change-half = Zur Hälfte erledigt
change-half-message = Sie haben die Änderung hier bestätigt. Öffnen Sie nun den Link in der E-Mail an die andere Adresse.
change-done = Ihre Adresse wurde geändert
change-done-message = E-Mails gehen ab jetzt an Ihre neue Adresse, und Sie melden sich mit ihr an.
verify-done = Ihre Adresse ist bestätigt
verify-done-message = Vielen Dank. Sie müssen nichts weiter tun.

# A link that was used, is too old, or never was; and where there is another one.
link-over = Dieser Link funktioniert nicht mehr
link-over-message = Er wurde schon verwendet, ist zu alt oder wurde nicht vollständig kopiert.
link-renew = Neuen Link anfordern
link-to-address = Zu Ihrer Adresse
link-to-password = Neues Passwort festlegen

# The page of “This was not me”, a link in e-mails about the safety of an account. $email is the address of the account.
not-me-title = Schützen Sie Ihr Konto
not-me-lead = Wenn Sie das, wovon die E-Mail berichtet, nicht selbst waren, verwendet möglicherweise jemand anderes das Konto von { $email }.
not-me-when = Wenn Sie fortfahren:
not-me-signed-out = Sie werden überall abgemeldet, und jede Anwendung muss Sie erneut fragen.
not-me-password = Ihr Passwort funktioniert sofort nicht mehr. Auf der nächsten Seite wählen Sie ein neues.
not-me-factors = Wenn es in der Nachricht um eine Authenticator-App oder einen Passkey geht, die oder der hinzugefügt wurde, wird genau das entfernt, zusammen mit den Wiederherstellungscodes, die dabei oder danach erstellt wurden. Alles andere bleibt bestehen: Prüfen Sie es nach der Anmeldung auf den Seiten Ihres Kontos und entfernen Sie, was Sie nicht kennen.
not-me-close = Wenn Sie es doch waren, schließen Sie diese Seite: Es wird nichts geändert.
not-me-go-on = Das war ich nicht: Mein Konto schützen

# Where e-mail was not set up.
no-mail = Das ist hier nicht verfügbar
no-mail-message = Dafür sind E-Mails nötig, die nicht eingerichtet wurden. Fragen Sie den Betreiber dieses Dienstes.
