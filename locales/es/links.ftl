# Pages that lead to a link in an e-mail, and those that such links lead to. “Message” is an e-mail here.

to-sign-in = Ir al inicio de sesión
back-to-sign-in = Volver al inicio de sesión

# A forgotten password.
forgot-title = ¿Olvidaste tu contraseña?
forgot-lead = Escribe tu correo electrónico o nombre de usuario. Recibirás un mensaje con un enlace para crear una nueva.
forgot-identifier = Correo electrónico o nombre de usuario
forgot-send = Enviar el enlace
forgot-missing = Escribe tu correo electrónico o nombre de usuario.

# Making an account begins with an e-mail address.
register-title = Crear una cuenta
register-lead = Escribe tu dirección de correo electrónico. Recibirás un mensaje con un enlace para continuar.
# $domains are the only domains that addresses may be of, with commas between them.
register-lead-domains = Escribe tu dirección de correo electrónico. Recibirás un mensaje con un enlace para continuar. Tiene que ser una dirección de { $domains }.
register-email = Correo electrónico
# $count is how many domains there are.
register-wrong-domain = { $count ->
    [one] Usa una dirección de { $domains }.
   *[other] Usa una dirección de uno de estos dominios: { $domains }.
}
register-wrong-address = Escribe una dirección de correo electrónico como name@example.com.
register-closed = Aquí no se crean cuentas
register-closed-message = Pide una cuenta o una invitación a quien administra este servicio.

# It goes on by the link: $email is the address that was proven, below the title.
new-account-for = para { $email }
new-account-name = Tu nombre
new-account-password = Contraseña
new-account-create = Crear la cuenta
new-account-name-missing = Escribe tu nombre, o cómo quieres que te llamen.
# $count is how many characters it may have.
new-account-name-wrong = Escribe un nombre de { $count } caracteres como máximo.
new-account-there = Ya tienes una cuenta
new-account-there-message = Entretanto se creó una cuenta con tu dirección. Inicia sesión con ella.

# A new password instead of a forgotten one. The lead is below the title: $email is the address of the account.
reset-title = Crea una contraseña nueva
reset-lead = para { $email }. Al hacerlo, se cerrarán todas tus demás sesiones.
reset-password = Contraseña nueva
reset-set = Crear contraseña

# Below the field of a password, here and where an account is made. $count is how many characters it has at the least.
choose-password-hint = Al menos { $count } caracteres. Unas cuantas palabras seguidas son fáciles de recordar.

# What happened, and what comes next.
sent-title = Revisa tu correo
sent-forgot = Si existe una cuenta con lo que escribiste, recibirás un mensaje con un enlace. El enlace funciona una sola vez y es válido durante una hora. Si no llega nada, revisa la carpeta de correo no deseado (spam).
sent-register = Hemos enviado un mensaje a la dirección que escribiste. Abre su enlace para continuar. Si no llega nada, revisa la carpeta de correo no deseado (spam).
sent-change = Hemos enviado mensajes a la dirección que escribiste y, si ya la habías confirmado, a la que tienes ahora. Tu dirección cambiará cuando se hayan usado los enlaces de todos ellos.
sent-verify = Hemos enviado un mensaje a tu dirección. Abre su enlace para confirmarla.
change-half = Falta un paso
change-half-message = Ya lo has confirmado aquí. Ahora abre el enlace del mensaje enviado a la otra dirección.
change-done = Tu dirección se cambió
change-done-message = A partir de ahora, los mensajes llegan a tu nueva dirección y con ella inicias sesión.
verify-done = Tu dirección está confirmada
verify-done-message = Gracias. No tienes que hacer nada más.

# A link that was used, is too old, or never was; and where there is another one.
link-over = Este enlace ya no funciona
link-over-message = Ya se usó, es demasiado antiguo o no se copió completo.
link-renew = Obtener un enlace nuevo
link-to-address = Ir a tu dirección
link-to-password = Crear una contraseña nueva

# The page of “This was not me”, a link in e-mails about the safety of an account. $email is the address of the account.
not-me-title = Protege tu cuenta
not-me-lead = Si no hiciste tú lo que dice el mensaje, puede que otra persona esté usando la cuenta de { $email }.
not-me-when = Si continúas:
not-me-signed-out = Se cerrarán todas tus sesiones, y todas las aplicaciones tendrán que volver a pedirte permiso.
not-me-password = Tu contraseña dejará de funcionar de inmediato. En la página siguiente elegirás una nueva.
not-me-factors = Si el mensaje trata de una app de autenticación o una llave de acceso que se añadió, se eliminará justo esa, junto con los códigos de recuperación que se crearon con ella o después. Todo lo demás se conserva: cuando hayas iniciado sesión, revísalo en las páginas de tu cuenta y elimina lo que no reconozcas.
not-me-close = Si al final sí fuiste tú, cierra esta página: no se cambiará nada.
not-me-go-on = No fui yo: proteger mi cuenta

# Where e-mail was not set up.
no-mail = Esto no está disponible aquí
no-mail-message = Requiere correo electrónico, que no se ha configurado. Consulta a quien administra este servicio.
