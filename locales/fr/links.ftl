# Pages that lead to a link in an e-mail, and those that such links lead to. “Message” is an e-mail here.

to-sign-in = Aller à la connexion
back-to-sign-in = Retour à la connexion

# A forgotten password.
forgot-title = Mot de passe oublié ?
forgot-lead = Saisissez votre adresse e-mail ou votre nom d’utilisateur. Vous recevrez un message avec un lien pour définir un nouveau mot de passe.
forgot-identifier = Adresse e-mail ou nom d’utilisateur
forgot-send = Envoyer le lien
forgot-missing = Saisissez votre adresse e-mail ou votre nom d’utilisateur.

# Making an account begins with an e-mail address.
register-title = Créer un compte
register-lead = Saisissez votre adresse e-mail. Vous recevrez un message avec un lien pour continuer.
# $domains are the only domains that addresses may be of, with commas between them.
register-lead-domains = Saisissez votre adresse e-mail. Vous recevrez un message avec un lien pour continuer. Domaines acceptés : { $domains }.
register-email = Adresse e-mail
# $count is how many domains there are.
register-wrong-domain = { $count ->
    [one] Utilisez une adresse du domaine { $domains }.
   *[other] Utilisez une adresse de l’un de ces domaines : { $domains }.
}
register-wrong-address = Saisissez une adresse e-mail, par exemple name@example.com.
register-closed = Il n’est pas possible de créer un compte ici
register-closed-message = Demandez un compte ou une invitation aux responsables de ce service.

# It goes on by the link: $email is the address that was proven, below the title.
new-account-for = pour { $email }
new-account-name = Votre nom
new-account-password = Mot de passe
new-account-create = Créer le compte
new-account-name-missing = Saisissez votre nom, ou la façon dont vous voulez qu’on vous appelle.
# $count is how many characters it may have.
new-account-name-wrong = Saisissez un nom de { $count } caractères au maximum.
new-account-there = Vous avez déjà un compte
new-account-there-message = Un compte avec votre adresse a été créé entre-temps. Connectez-vous avec ce compte.

# A new password instead of a forgotten one. The lead is below the title: $email is the address of the account.
reset-title = Définissez un nouveau mot de passe
reset-lead = pour { $email }. Toutes vos autres sessions seront alors fermées.
reset-password = Nouveau mot de passe
reset-set = Définir le mot de passe

# Below the field of a password, here and where an account is made. $count is how many characters it has at the least.
choose-password-hint = Au moins { $count } caractères. Quelques mots à la suite sont faciles à retenir.

# What happened, and what comes next.
sent-title = Consultez votre messagerie
sent-forgot = Si un compte correspond à ce que vous avez saisi, un message contenant un lien est en route. Le lien est valable une heure et ne fonctionne qu’une fois. Si rien n’arrive, regardez dans le dossier des courriers indésirables.
sent-register = Un message est en route vers l’adresse que vous avez saisie. Ouvrez le lien qu’il contient pour continuer. Si rien n’arrive, regardez dans le dossier des courriers indésirables.
sent-change = Des messages sont en route vers l’adresse que vous avez saisie et, si vous aviez confirmé votre adresse actuelle, vers celle-ci également. Votre adresse changera une fois que les liens de tous ces messages auront été utilisés.
sent-verify = Un message est en route vers votre adresse. Ouvrez le lien qu’il contient pour la confirmer.
change-half = Encore une étape
change-half-message = Vous avez confirmé ici. Ouvrez maintenant le lien du message envoyé à l’autre adresse.
change-done = Votre adresse a été changée
change-done-message = Désormais, les messages sont envoyés à votre nouvelle adresse, et c’est avec elle que vous vous connectez.
verify-done = Votre adresse est confirmée
verify-done-message = Merci. Vous n’avez rien d’autre à faire.

# A link that was used, is too old, or never was; and where there is another one.
link-over = Ce lien ne fonctionne plus
link-over-message = Il a déjà été utilisé, est trop ancien ou n’a pas été copié en entier.
link-renew = Obtenir un nouveau lien
link-to-address = Aller à votre adresse e-mail
link-to-password = Définir un nouveau mot de passe

# The page of “This was not me”, a link in e-mails about the safety of an account. $email is the address of the account.
not-me-title = Sécurisez votre compte
not-me-lead = Si ce que signale le message ne vient pas de vous, quelqu’un d’autre utilise peut-être le compte associé à { $email }.
not-me-when = Si vous continuez :
not-me-signed-out = Toutes vos sessions seront fermées, et chaque application devra vous redemander l’accès.
not-me-password = Votre mot de passe cessera aussitôt de fonctionner. Vous en choisirez un nouveau à la page suivante.
not-me-factors = Si le message porte sur l’ajout d’une application d’authentification ou d’une clé d’accès, c’est celle-ci qui sera supprimée, avec les codes de récupération créés à cette occasion ou depuis. Tout le reste sera conservé : après votre connexion, vérifiez-le sur les pages de votre compte et supprimez ce que vous ne reconnaissez pas.
not-me-close = Si c’était finalement bien vous, fermez cette page : rien ne sera modifié.
not-me-go-on = Ce n’était pas moi : sécuriser mon compte

# Where e-mail was not set up.
no-mail = Cette fonction n’est pas disponible ici
no-mail-message = Elle nécessite l’envoi d’e-mails, qui n’a pas été configuré. Adressez-vous aux responsables de ce service.
