# Signing in and out, the second step, passkeys, and choosing a password. Names of people and applications are $login, $client
# and so on. $count is a whole number.

# Where other ways to do the same are, for screen readers.
other-ways = Autres méthodes

# The sign-in form.
sign-in-identifier = Adresse e-mail ou nom d’utilisateur
sign-in-password = Mot de passe
sign-in-with-passkey = Se connecter avec une clé d’accès
sign-in-forgot = Mot de passe oublié ?
sign-in-register = Créer un compte
sign-in-incomplete = Saisissez votre adresse e-mail ou votre nom d’utilisateur, ainsi que votre mot de passe.
sign-in-wrong = L’adresse e-mail, le nom d’utilisateur ou le mot de passe est incorrect.
sign-in-wrong-passkey = Cette clé d’accès n’a pas fonctionné ici. Réessayez ou connectez-vous avec votre mot de passe.
# $count is how many minutes it is until then.
sign-in-throttled = { $count ->
    [one] Il y a eu trop de tentatives. Réessayez dans { $count } minute, ou depuis un navigateur qui vous a déjà servi à vous connecter.
   *[other] Il y a eu trop de tentatives. Réessayez dans { $count } minutes, ou depuis un navigateur qui vous a déjà servi à vous connecter.
}
challenges-throttled = { $count ->
    [one] Il y a eu trop de tentatives. Réessayez dans { $count } minute.
   *[other] Il y a eu trop de tentatives. Réessayez dans { $count } minutes.
}
sign-in-other-account = Cette application demande le compte que vous avez déjà utilisé avec elle. Ce n’est pas celui qui est connecté ici.

# The same form for someone who is signed in, and is to prove once more who they are. $client is an application.
reauthenticate-title = Confirmez que c’est bien vous
reauthenticate-lead = Saisissez à nouveau votre mot de passe pour continuer.
reauthenticate-lead-client = Saisissez à nouveau votre mot de passe pour continuer vers { $client }
confirm = Confirmer
use-a-passkey = Utiliser une clé d’accès

# The second step of a sign-in.
verify-title = Deuxième étape
verify-recovery-code = Saisissez un code de récupération
verify-recovery-code-lead = Utilisez l’un des codes que vous avez enregistrés lors de la configuration de votre deuxième étape. Chacun ne fonctionne qu’une fois.
verify-recovery-code-label = Code de récupération
verify-recovery-code-wrong = Ce code n’est pas l’un de vos codes de récupération, ou il a déjà été utilisé.
verify-passkey = Utilisez votre clé d’accès
verify-passkey-lead = Confirmez avec l’appareil qui contient votre clé d’accès.
verify-passkey-wrong = Cette clé d’accès n’a pas fonctionné. Réessayez ou choisissez une autre méthode.
verify-passkey-needs-script = Les clés d’accès nécessitent JavaScript.
verify-passkey-needs-script-or-code = Les clés d’accès nécessitent JavaScript. Sans JavaScript, utilisez un code de récupération.
verify-totp = Saisissez votre code
verify-totp-lead = Ouvrez votre application d’authentification et saisissez le code affiché.
verify-totp-wrong = Ce code est incorrect ou a déjà été utilisé. Attendez le suivant et réessayez.
verify-use-totp = Utiliser un code de votre application d’authentification
verify-use-recovery-code = Utiliser plutôt un code de récupération
# Of an authenticator app.
six-digit-code = Code à six chiffres
# $count is how many minutes it is until then.
codes-throttled = { $count ->
    [one] Il y a eu trop de codes incorrects. Réessayez dans { $count } minute.
   *[other] Il y a eu trop de codes incorrects. Réessayez dans { $count } minutes.
}

# Setting up an authenticator app; the first lead is for those who choose to, the second for those who have to.
enrol-title = Configurer une application d’authentification
enrol-lead = Une application d’authentification sur votre téléphone affiche un nouveau code toutes les 30 secondes. Même en découvrant votre mot de passe, personne ne peut se connecter sans ce code.
enrol-lead-demanded = Une deuxième étape est nécessaire pour se connecter. Une application d’authentification sur votre téléphone affiche un nouveau code toutes les 30 secondes. Même en découvrant votre mot de passe, personne ne peut se connecter sans ce code.
enrol-scan = 1. Scannez ce code avec votre application
enrol-qr = Code QR contenant la clé ci-dessous
# A link, and what comes below it.
enrol-open = Ouvrir sur cet appareil
enrol-type = Ou saisissez cette clé :
enrol-confirm = 2. Saisissez le code affiché par l’application
enrol-turn-on = Activer
enrol-not-now = Pas maintenant
enrol-wrong = Ce code est incorrect. Vérifiez que votre appareil est à l’heure, puis saisissez le code affiché maintenant.

# Once an authenticator app is set up.
authenticator-title = Application d’authentification
authenticator-on = Votre application d’authentification est activée
authenticator-lead = Un code de votre application d’authentification vous est demandé lorsque vous vous connectez.
# What else there is, for screen readers.
authenticator-more = Autres options
authenticator-recovery-codes = Codes de récupération, en cas de perte de votre téléphone
authenticator-turn-off = Désactiver

# Recovery codes. $count is how many are left; few are left in the first message.
recovery-codes-title = Codes de récupération
recovery-codes-lead = Ils vous permettent de vous connecter lorsque vous n’avez pas votre téléphone. Chacun ne fonctionne qu’une fois.
recovery-codes-few = { $count ->
    [0] Il ne vous reste aucun code de récupération. Créez-en de nouveaux tant que vous pouvez vous connecter.
    [one] Il vous reste un seul code de récupération. Créez-en de nouveaux tant que vous pouvez vous connecter.
   *[other] Il vous reste { $count } codes de récupération. Créez-en de nouveaux tant que vous pouvez vous connecter.
}
recovery-codes-left = { $count ->
    [one] Il vous en reste { $count }. Il ne peut plus être affiché, mais vous pouvez en créer de nouveaux.
   *[other] Il vous en reste { $count }. Ils ne peuvent plus être affichés, mais vous pouvez en créer de nouveaux.
}
recovery-codes-renew = Créer de nouveaux codes
recovery-codes-renew-hint = Vos codes actuels cesseront alors de fonctionner.
recovery-codes-save = Enregistrez vos codes de récupération
recovery-codes-save-lead = Si vous perdez votre téléphone, ce sont eux qui vous permettront de vous connecter. Chacun ne fonctionne qu’une fois. Ils ne seront plus affichés : conservez-les là où vous gardez votre passeport, pas sur votre téléphone.
recovery-codes-download = Télécharger sous forme de fichier
recovery-codes-saved = Je les ai enregistrés
# The head of that file, two lines. $login is the person's e-mail address, $issuer the address of Signet.
recovery-codes-file = Codes de récupération pour { $login } sur { $issuer }
recovery-codes-file-hint = Chacun ne fonctionne qu’une fois, lorsque vous n’avez pas votre second facteur.

# Signing out.
sign-out-heading = Se déconnecter ?
sign-out-lead = Cela met fin à votre session dans ce navigateur.
sign-out-stay = Ne pas se déconnecter
signed-out-title = Déconnexion effectuée
signed-out-heading = La déconnexion est effectuée
signed-out-lead = Votre session dans ce navigateur a pris fin. Vous pouvez fermer cette page.
signed-out-again = Se reconnecter

# Passkeys.
passkeys-title = Clés d’accès
passkeys-lead = Avec une clé d’accès, vous vous connectez avec votre empreinte digitale, votre visage, le code PIN de votre appareil ou une clé de sécurité. Il n’y a rien à retenir, et personne ne peut vous amener par la ruse à la saisir ailleurs.
passkeys-yours = Vos clés d’accès
passkeys-none = Vous n’en avez pas encore.
# $day is a date.
passkeys-added = Ajoutée le { $day }.
passkeys-used = Dernière utilisation le { $day }.
passkeys-unused = Pas encore utilisée.
passkeys-backed-up = Conservée aussi par votre gestionnaire de mots de passe ou votre fournisseur.
passkeys-change = Renommer ou supprimer
passkeys-name = Nom
passkeys-rename = Renommer
passkeys-remove = Supprimer cette clé d’accès
passkeys-add = Ajouter une clé d’accès
passkeys-full = Vous avez { $count } clés d’accès, le nombre maximal. Pour en ajouter une autre, supprimez-en d’abord une.
passkeys-needs-script = L’ajout d’une clé d’accès nécessite JavaScript. Activez-le pour cette page, puis rechargez-la.
passkeys-new-name = Comment voulez-vous l’appeler ?
# What a passkey is called whose person does not call it anything else.
passkeys-usual-name = Clé d’accès
# What was wrong with a passkey that was to be added, renamed or removed. $count is how many characters a name may have.
passkeys-wrong-name = Donnez-lui un nom de { $count } caractères au maximum.
passkeys-wrong = Cette clé d’accès n’a pas été ajoutée. L’opération a peut-être pris trop de temps : veuillez réessayer.
passkeys-taken = Cette clé d’accès est déjà enregistrée.
passkeys-too-many = Vous avez atteint le nombre maximal de clés d’accès. Supprimez-en d’abord une.
passkeys-last-way-in = Vous n’avez pas de mot de passe : cette clé d’accès est votre seul moyen de vous connecter. Ajoutez-en d’abord une autre.
# What the browser says of a passkey that was to be made or used.
passkey-yours-already = Cette clé d’accès figure déjà parmi les vôtres.
passkey-unused = Aucune clé d’accès n’a été utilisée. Vous pouvez réessayer.
passkey-not-here = Ce navigateur n’autorise pas les clés d’accès à cette adresse.
passkey-stale = Cette page n’est plus à jour. Rechargez-la.
passkey-failed = Cela n’a pas fonctionné. Veuillez réessayer.

# Choosing a password: one that was another's choice is replaced, the present one is changed, or the first one is set.
password-choose = Choisissez un mot de passe
password-change = Changez votre mot de passe
password-set = Définissez un mot de passe
password-choose-lead = Le vôtre a été choisi par quelqu’un d’autre. Remplacez-le par un mot de passe que personne d’autre que vous ne connaît.
password-change-lead = Toutes vos autres sessions seront fermées lorsque vous le changerez.
password-present = Votre mot de passe actuel
password-new = Nouveau mot de passe
# $count is how many characters it has at the least.
password-hint = Au moins { $count } caractères, de n’importe quel type. Quelques mots sans rapport entre eux sont faciles à retenir et difficiles à deviner.
password-repeat = Le nouveau mot de passe, à nouveau
password-do-change = Changer le mot de passe
password-do-set = Définir le mot de passe
password-missing = Saisissez un nouveau mot de passe.
password-not-repeated = Les deux ne sont pas identiques. Saisissez deux fois le nouveau mot de passe.
password-present-wrong = Ce n’est pas votre mot de passe actuel.
password-unchecked = Votre mot de passe ne peut pas être vérifié en ce moment.
# $count is how many minutes it is until then.
password-throttled = { $count ->
    [one] Il y a eu trop de mots de passe incorrects. Réessayez dans { $count } minute.
   *[other] Il y a eu trop de mots de passe incorrects. Réessayez dans { $count } minutes.
}

# How strong a password is, as it is typed.
strength-label = Difficulté à deviner ce mot de passe
strength-enough = Ce mot de passe convient, mais il n’est pas difficile à deviner.
strength-hard = Difficile à deviner.
strength-very-hard = Très difficile à deviner.

# Why something will not do as a password. $count is a number of characters.
password-short = C’est trop court : un mot de passe comporte au moins { $count } caractères.
password-long = C’est trop long : un mot de passe comporte au plus { $count } caractères.
password-breached = Ce mot de passe figure dans des fuites de données survenues ailleurs ; c’est l’un des premiers qu’essaie une personne qui cherche à deviner. Choisissez-en un autre.
password-used = Vous utilisez ou avez déjà utilisé ce mot de passe. Choisissez-en un autre.
password-guessable = Ce mot de passe est trop facile à deviner. Quelques mots sans rapport entre eux forment un bon mot de passe.
# $why is one of the sentences below.
password-guessable-because = Ce mot de passe est trop facile à deviner. { $why } Quelques mots sans rapport entre eux forment un bon mot de passe.
guessable-straight-rows = Les rangées de touches consécutives sont faciles à deviner.
guessable-keyboard-patterns = Les motifs courts au clavier sont faciles à deviner.
guessable-repeated-characters = Les répétitions comme « aaa » sont faciles à deviner.
guessable-repeated-groups = Les répétitions comme « abcabcabc » sont à peine plus difficiles à deviner que « abc ».
guessable-top-10 = C’est l’un des 10 mots de passe les plus courants.
guessable-top-100 = C’est l’un des 100 mots de passe les plus courants.
guessable-common = C’est un mot de passe très courant.
guessable-similar = Il ressemble à un mot de passe couramment utilisé.
guessable-sequences = Les suites comme abc ou 6543 sont faciles à deviner.
guessable-years = Les années récentes sont faciles à deviner.
guessable-word = Un mot seul est facile à deviner.
guessable-dates = Les dates sont souvent faciles à deviner.
guessable-names = Les prénoms et les noms de famille seuls sont faciles à deviner.
guessable-common-names = Les prénoms et les noms de famille courants sont faciles à deviner.

# When too many e-mails were asked for. $count is how many minutes it is until one more may be.
mail-throttled = { $count ->
    [one] Plusieurs messages ont déjà été demandés. Réessayez dans { $count } minute.
   *[other] Plusieurs messages ont déjà été demandés. Réessayez dans { $count } minutes.
}

# An application asks to sign someone out; $client is its name.
logout-heading = Voulez-vous vous déconnecter ?
logout-lead-client = { $client } demande à vous déconnecter ici. Cela met fin à votre session dans ce navigateur.
logout-lead = Une application demande à vous déconnecter ici. Cela met fin à votre session dans ce navigateur.
logout-refused = Cette déconnexion ne fonctionne pas
logout-refused-message = L’application dont vous venez a fait une demande à laquelle il est impossible de répondre. Si votre session était ouverte ici, elle l’est toujours.
logout-here = Se déconnecter ici

# While applications sign someone out as well.
signing-out-onward = Les applications que vous avez utilisées vous déconnectent aussi. Vous retournerez ensuite vers { $client }.
signing-out-lead = Votre session dans ce navigateur a pris fin, et les applications que vous y avez utilisées vous déconnectent aussi. Vous pouvez fermer cette page.
signing-out-frame = Déconnexion en cours
