# Signing in and out, the second step, passkeys, and choosing a password. Names of people and applications are $login, $client
# and so on. $count is a whole number.

# Where other ways to do the same are, for screen readers.
other-ways = طرق أخرى

# The sign-in form.
sign-in-identifier = البريد الإلكتروني أو اسم المستخدم
sign-in-password = كلمة المرور
sign-in-with-passkey = تسجيل الدخول بمفتاح مرور
sign-in-forgot = هل نسيت كلمة المرور؟
sign-in-register = إنشاء حساب
sign-in-incomplete = يُرجى إدخال البريد الإلكتروني أو اسم المستخدم، وكلمة المرور.
sign-in-wrong = البريد الإلكتروني أو اسم المستخدم أو كلمة المرور غير صحيحة.
sign-in-wrong-passkey = لم ينجح مفتاح المرور هذا هنا. يُرجى المحاولة مرة أخرى، أو تسجيل الدخول بكلمة المرور.
# $count is how many minutes it is until then.
sign-in-throttled = { $count ->
    [zero] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد أقل من دقيقة، أو من متصفح سبق لك تسجيل الدخول فيه.
    [one] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقة واحدة، أو من متصفح سبق لك تسجيل الدخول فيه.
    [two] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقتين، أو من متصفح سبق لك تسجيل الدخول فيه.
    [few] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقائق، أو من متصفح سبق لك تسجيل الدخول فيه.
    [many] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقةً، أو من متصفح سبق لك تسجيل الدخول فيه.
   *[other] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقة، أو من متصفح سبق لك تسجيل الدخول فيه.
}
challenges-throttled = { $count ->
    [zero] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد أقل من دقيقة.
    [one] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقة واحدة.
    [two] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقتين.
    [few] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقائق.
    [many] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقةً.
   *[other] جرت محاولات كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقة.
}
sign-in-other-account = يطلب هذا التطبيق الحساب الذي استخدمته معه من قبل، وهو غير الحساب المسجَّل دخوله هنا.

# The same form for someone who is signed in, and is to prove once more who they are. $client is an application.
reauthenticate-title = تأكيد هويتك
reauthenticate-lead = يُرجى إدخال كلمة المرور مرة أخرى للمتابعة.
reauthenticate-lead-client = يُرجى إدخال كلمة المرور مرة أخرى للمتابعة إلى { $client }
confirm = تأكيد
use-a-passkey = استخدام مفتاح مرور

# The second step of a sign-in.
verify-title = الخطوة الثانية
verify-recovery-code = إدخال رمز استرداد
verify-recovery-code-lead = يُرجى استخدام أحد الرموز التي حفظتها عند إعداد الخطوة الثانية. يصلح كل رمز لمرة واحدة.
verify-recovery-code-label = رمز الاسترداد
verify-recovery-code-wrong = هذا ليس من رموز الاسترداد الخاصة بك، أو سبق استخدامه.
verify-passkey = استخدام مفتاح المرور
verify-passkey-lead = يُرجى التأكيد بالجهاز الذي يحتوي على مفتاح المرور الخاص بك.
verify-passkey-wrong = لم ينجح مفتاح المرور هذا. يُرجى المحاولة مرة أخرى، أو اختيار طريقة أخرى.
verify-passkey-needs-script = تتطلب مفاتيح المرور JavaScript.
verify-passkey-needs-script-or-code = تتطلب مفاتيح المرور JavaScript. ومن دونه يُرجى استخدام رمز استرداد.
verify-totp = إدخال الرمز
verify-totp-lead = يُرجى فتح تطبيق المصادقة وإدخال الرمز الذي يعرضه.
verify-totp-wrong = هذا الرمز غير صحيح، أو سبق استخدامه. يُرجى انتظار الرمز التالي والمحاولة مرة أخرى.
verify-use-totp = استخدام رمز من تطبيق المصادقة
verify-use-recovery-code = استخدام رمز استرداد بدلًا من ذلك
# Of an authenticator app.
six-digit-code = رمز من ستة أرقام
# $count is how many minutes it is until then.
codes-throttled = { $count ->
    [zero] أُدخلت رموز خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد أقل من دقيقة.
    [one] أُدخلت رموز خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقة واحدة.
    [two] أُدخلت رموز خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقتين.
    [few] أُدخلت رموز خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقائق.
    [many] أُدخلت رموز خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقةً.
   *[other] أُدخلت رموز خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقة.
}

# Setting up an authenticator app; the first lead is for those who choose to, the second for those who have to.
enrol-title = إعداد تطبيق المصادقة
enrol-lead = يعرض تطبيق المصادقة على هاتفك رمزًا جديدًا كل نصف دقيقة. وحتى من يعرف كلمة مرورك لا يمكنه تسجيل الدخول من دون هذا الرمز.
enrol-lead-demanded = يتطلب تسجيل الدخول خطوة ثانية. يعرض تطبيق المصادقة على هاتفك رمزًا جديدًا كل نصف دقيقة. وحتى من يعرف كلمة مرورك لا يمكنه تسجيل الدخول من دون هذا الرمز.
enrol-scan = 1. مسح هذا الرمز ضوئيًا بالتطبيق
enrol-qr = رمز QR يحتوي على المفتاح أدناه
# A link, and what comes below it.
enrol-open = فتحه على هذا الجهاز
enrol-type = أو كتابة هذا المفتاح:
enrol-confirm = 2. إدخال الرمز الذي يعرضه التطبيق
enrol-turn-on = تفعيل
enrol-not-now = ليس الآن
enrol-wrong = هذا الرمز غير صحيح. يُرجى التحقق من صحة الوقت على جهازك، ثم إدخال الرمز المعروض الآن.

# Once an authenticator app is set up.
authenticator-title = تطبيق المصادقة
authenticator-on = تطبيق المصادقة مفعَّل
authenticator-lead = يُطلب منك رمز من تطبيق المصادقة عند تسجيل الدخول.
# What else there is, for screen readers.
authenticator-more = المزيد
authenticator-recovery-codes = رموز الاسترداد، في حال فقدان هاتفك
authenticator-turn-off = إيقاف تطبيق المصادقة

# Recovery codes. $count is how many are left; few are left in the first message.
recovery-codes-title = رموز الاسترداد
recovery-codes-lead = تتيح لك الدخول عندما لا يكون هاتفك معك. يصلح كل رمز لمرة واحدة.
recovery-codes-few = { $count ->
    [zero] لم يبقَ لديك أي رمز استرداد. يُرجى إنشاء رموز جديدة ما دام بإمكانك تسجيل الدخول.
    [one] بقي لديك رمز استرداد واحد. يُرجى إنشاء رموز جديدة ما دام بإمكانك تسجيل الدخول.
    [two] بقي لديك رمزا استرداد. يُرجى إنشاء رموز جديدة ما دام بإمكانك تسجيل الدخول.
    [few] بقيت لديك { $count } رموز استرداد. يُرجى إنشاء رموز جديدة ما دام بإمكانك تسجيل الدخول.
    [many] بقي لديك { $count } رمز استرداد. يُرجى إنشاء رموز جديدة ما دام بإمكانك تسجيل الدخول.
   *[other] بقي لديك { $count } رمز استرداد. يُرجى إنشاء رموز جديدة ما دام بإمكانك تسجيل الدخول.
}
recovery-codes-left = { $count ->
    [zero] لم يبقَ لديك أي رمز، لكن يمكنك إنشاء رموز جديدة.
    [one] بقي لديك رمز واحد. لا يمكن عرضه مرة أخرى، لكن يمكنك إنشاء رموز جديدة.
    [two] بقي لديك رمزان. لا يمكن عرضهما مرة أخرى، لكن يمكنك إنشاء رموز جديدة.
    [few] بقيت لديك { $count } رموز. لا يمكن عرضها مرة أخرى، لكن يمكنك إنشاء رموز جديدة.
    [many] بقي لديك { $count } رمزًا. لا يمكن عرضها مرة أخرى، لكن يمكنك إنشاء رموز جديدة.
   *[other] بقي لديك { $count } رمز. لا يمكن عرضها مرة أخرى، لكن يمكنك إنشاء رموز جديدة.
}
recovery-codes-renew = إنشاء رموز جديدة
recovery-codes-renew-hint = عندئذٍ تتوقف رموزك الحالية عن العمل.
recovery-codes-save = حفظ رموز الاسترداد
recovery-codes-save-lead = إذا فقدت هاتفك، فهذه الرموز هي وسيلتك للدخول. يصلح كل رمز لمرة واحدة. ولن تُعرض مرة أخرى: يُرجى حفظها في مكان حفظ جواز سفرك، لا على هاتفك.
recovery-codes-download = تنزيلها في ملف
recovery-codes-saved = لقد حفظتها
# The head of that file, two lines. $login is the person's e-mail address, $issuer the address of Signet.
recovery-codes-file = رموز الاسترداد للحساب { $login } على { $issuer }
recovery-codes-file-hint = يصلح كل رمز لمرة واحدة، عندما لا تكون وسيلة التحقق الثانية متاحة لك.

# Signing out.
sign-out-heading = تسجيل الخروج؟
sign-out-lead = ينهي هذا جلستك في هذا المتصفح.
sign-out-stay = إبقاء الجلسة مفتوحة
signed-out-title = تم تسجيل الخروج
signed-out-heading = تم تسجيل خروجك
signed-out-lead = انتهت جلستك في هذا المتصفح. يمكنك إغلاق هذه الصفحة.
signed-out-again = تسجيل الدخول مرة أخرى

# Passkeys.
passkeys-title = مفاتيح المرور
passkeys-lead = بمفتاح المرور يمكنك تسجيل الدخول ببصمة إصبعك أو وجهك أو رقم التعريف الشخصي (PIN) لجهازك أو بمفتاح أمان. ليس عليك تذكّر أي شيء، ولا يمكن لأحد خداعك لكتابته في مكان آخر.
passkeys-yours = مفاتيح المرور الخاصة بك
passkeys-none = ليس لديك أي مفتاح مرور بعد.
# $day is a date.
passkeys-added = أُضيف في { $day }.
passkeys-used = آخر استخدام في { $day }.
passkeys-unused = لم يُستخدم بعد.
passkeys-backed-up = محفوظ أيضًا لدى مدير كلمات المرور أو المزوّد الخاص بك.
passkeys-change = إعادة التسمية أو الإزالة
passkeys-name = الاسم
passkeys-rename = إعادة التسمية
passkeys-remove = إزالة مفتاح المرور هذا
passkeys-add = إضافة مفتاح مرور
passkeys-full = بلغ عدد مفاتيح المرور لديك { $count }، وهو الحد الأقصى. لإضافة مفتاح آخر، يُرجى إزالة أحدها أولًا.
passkeys-needs-script = تتطلب إضافة مفتاح مرور JavaScript. يُرجى تفعيله لهذه الصفحة، ثم إعادة تحميلها.
passkeys-new-name = ما الاسم المناسب له؟
# What a passkey is called whose person does not call it anything else.
passkeys-usual-name = مفتاح مرور
# What was wrong with a passkey that was to be added, renamed or removed. $count is how many characters a name may have.
passkeys-wrong-name = يُرجى إعطاؤه اسمًا لا يزيد عدد أحرفه على { $count }.
passkeys-wrong = لم تتم إضافة مفتاح المرور هذا. ربما استغرق الأمر وقتًا أطول من اللازم: يُرجى المحاولة مرة أخرى.
passkeys-taken = مفتاح المرور هذا موجود بالفعل.
passkeys-too-many = بلغ عدد مفاتيح المرور لديك الحد الأقصى. يُرجى إزالة أحدها أولًا.
passkeys-last-way-in = ليست لديك كلمة مرور، لذا فإن مفتاح المرور هذا هو وسيلتك الوحيدة للدخول. يُرجى إضافة مفتاح آخر أولًا.
# What the browser says of a passkey that was to be made or used.
passkey-yours-already = مفتاح المرور هذا من بين مفاتيحك بالفعل.
passkey-unused = لم يُستخدم أي مفتاح مرور. يمكنك المحاولة مرة أخرى.
passkey-not-here = لا يسمح هذا المتصفح بمفاتيح المرور على هذا العنوان.
passkey-stale = هذه الصفحة قديمة. يُرجى إعادة تحميلها.
passkey-failed = لم ينجح ذلك. يُرجى المحاولة مرة أخرى.

# Choosing a password: one that was another's choice is replaced, the present one is changed, or the first one is set.
password-choose = اختيار كلمة مرور
password-change = تغيير كلمة المرور
password-set = تعيين كلمة مرور
password-choose-lead = كلمة مرورك اختارها شخص آخر. يُرجى استبدالها بأخرى لا يعرفها أحد سواك.
password-change-lead = عند تغييرها يتم تسجيل خروجك من كل مكان آخر.
password-present = كلمة المرور الحالية
password-new = كلمة المرور الجديدة
# $count is how many characters it has at the least.
password-hint = يجب ألا يقل عدد الأحرف عن { $count }، من أي نوع كانت. بضع كلمات لا علاقة لبعضها ببعض يسهل تذكّرها ويصعب تخمينها.
password-repeat = كلمة المرور الجديدة مرة أخرى
password-do-change = تغيير كلمة المرور
password-do-set = تعيين كلمة المرور
password-missing = يُرجى إدخال كلمة مرور جديدة.
password-not-repeated = كلمتا المرور غير متطابقتين. يُرجى إدخال كلمة المرور الجديدة مرتين.
password-present-wrong = هذه ليست كلمة المرور الحالية.
password-unchecked = يتعذر التحقق من كلمة المرور الآن.
# $count is how many minutes it is until then.
password-throttled = { $count ->
    [zero] أُدخلت كلمات مرور خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد أقل من دقيقة.
    [one] أُدخلت كلمات مرور خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقة واحدة.
    [two] أُدخلت كلمات مرور خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد دقيقتين.
    [few] أُدخلت كلمات مرور خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقائق.
    [many] أُدخلت كلمات مرور خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقةً.
   *[other] أُدخلت كلمات مرور خاطئة كثيرة جدًا. يُرجى المحاولة مرة أخرى بعد { $count } دقيقة.
}

# How strong a password is, as it is typed.
strength-label = مدى صعوبة تخمينها
strength-enough = كلمة المرور هذه مقبولة، لكن تخمينها ليس صعبًا.
strength-hard = يصعب تخمينها.
strength-very-hard = يصعب تخمينها جدًا.

# Why something will not do as a password. $count is a number of characters.
password-short = قصيرة جدًا: يجب ألا يقل عدد أحرف كلمة المرور عن { $count }.
password-long = طويلة جدًا: يجب ألا يزيد عدد أحرف كلمة المرور على { $count }.
password-breached = كلمة المرور هذه معروفة من تسريبات في أماكن أخرى، وهي أول ما يجرّبه من يحاول التخمين. يُرجى اختيار كلمة مرور أخرى.
password-used = كلمة المرور هذه مستخدمة لديك الآن أو سبق لك استخدامها. يُرجى اختيار كلمة مرور أخرى.
password-guessable = يسهل جدًا تخمين كلمة المرور هذه. بضع كلمات لا علاقة لبعضها ببعض تشكّل كلمة مرور جيدة.
# $why is one of the sentences below.
password-guessable-because = يسهل جدًا تخمين كلمة المرور هذه. { $why } بضع كلمات لا علاقة لبعضها ببعض تشكّل كلمة مرور جيدة.
guessable-straight-rows = صفوف المفاتيح المتجاورة على لوحة المفاتيح يسهل تخمينها.
guessable-keyboard-patterns = الأنماط القصيرة على لوحة المفاتيح يسهل تخمينها.
guessable-repeated-characters = التكرارات مثل «aaa» يسهل تخمينها.
guessable-repeated-groups = التكرارات مثل «abcabcabc» لا يزيد تخمينها صعوبة على «abc» إلا قليلًا.
guessable-top-10 = هذه من كلمات المرور العشر الأكثر شيوعًا.
guessable-top-100 = هذه من كلمات المرور المئة الأكثر شيوعًا.
guessable-common = كلمة المرور هذه شائعة جدًا.
guessable-similar = كلمة المرور هذه تشبه كلمة مرور شائعة الاستخدام.
guessable-sequences = التسلسلات مثل abc أو 6543 يسهل تخمينها.
guessable-years = السنوات الأخيرة يسهل تخمينها.
guessable-word = الكلمة المنفردة يسهل تخمينها.
guessable-dates = التواريخ يسهل تخمينها في كثير من الأحيان.
guessable-names = الأسماء وأسماء العائلات وحدها يسهل تخمينها.
guessable-common-names = الأسماء وأسماء العائلات الشائعة يسهل تخمينها.

# When too many e-mails were asked for. $count is how many minutes it is until one more may be.
mail-throttled = { $count ->
    [zero] سبق طلب عدة رسائل. يُرجى المحاولة مرة أخرى بعد أقل من دقيقة.
    [one] سبق طلب عدة رسائل. يُرجى المحاولة مرة أخرى بعد دقيقة واحدة.
    [two] سبق طلب عدة رسائل. يُرجى المحاولة مرة أخرى بعد دقيقتين.
    [few] سبق طلب عدة رسائل. يُرجى المحاولة مرة أخرى بعد { $count } دقائق.
    [many] سبق طلب عدة رسائل. يُرجى المحاولة مرة أخرى بعد { $count } دقيقةً.
   *[other] سبق طلب عدة رسائل. يُرجى المحاولة مرة أخرى بعد { $count } دقيقة.
}

# An application asks to sign someone out; $client is its name.
logout-heading = تأكيد تسجيل الخروج؟
logout-lead-client = يطلب تطبيق { $client } تسجيل خروجك هنا. ينهي هذا جلستك في هذا المتصفح.
logout-lead = يطلب أحد التطبيقات تسجيل خروجك هنا. ينهي هذا جلستك في هذا المتصفح.
logout-refused = طلب تسجيل الخروج هذا لا يعمل
logout-refused-message = أرسل التطبيق الذي أحالك إلى هنا طلبًا لا يمكن الرد عليه. إذا كان دخولك مسجَّلًا هنا من قبل، فلا يزال كذلك.
logout-here = تسجيل الخروج هنا

# While applications sign someone out as well.
signing-out-onward = التطبيقات التي استخدمتها تسجّل خروجك منها أيضًا. وبعد ذلك تتم إعادتك إلى { $client }.
signing-out-lead = انتهت جلستك في هذا المتصفح، والتطبيقات التي استخدمتها خلالها تسجّل خروجك منها أيضًا. يمكنك إغلاق هذه الصفحة.
signing-out-frame = جارٍ تسجيل الخروج
